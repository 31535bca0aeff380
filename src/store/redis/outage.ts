import { storeFailure } from './failure.ts'

interface Emitter {
  on(event: string, listener: (error: unknown) => void): unknown
}

/**
 * Listens to the failures of a client we made; without a listener the first one would end the
 * process. Operations report failures on their own, but those that wait for a connection only know
 * that they waited. So the reason is told as a process warning, once per outage.
 */
export function tellOutages(client: Emitter, isClosing: () => boolean): void {
  let told = false
  client.on('error', (error) => {
    if (told || isClosing()) return
    told = true
    const { message } = storeFailure('client', error)
    process.emitWarning(message, { type: 'SojournWarning', code: 'SOJOURN_REDIS' })
  })
  client.on('ready', () => {
    told = false
  })
}
