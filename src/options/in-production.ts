/** Look it up once: reading the environment costs more than all else a visitor's request costs. */
export function inProduction(): boolean {
  return process.env['NODE_ENV'] === 'production'
}
