/** Whether an object has methods of these names. */
export function offers(client: object, ...names: string[]): boolean {
  return names.every((name) => typeof (client as Record<string, unknown>)[name] === 'function')
}

/**
 * Whose client this is, if one connection like its own can be opened beside it; `undefined` for
 * pools, clusters, node-redis's sentinel client and wrappers.
 */
export function singleKindOf(client: object): 'ioredis' | 'node-redis' | undefined {
  if (!offers(client, 'duplicate', 'on')) return undefined
  if (offers(client, 'getBuffer', 'quit', 'disconnect')) {
    return (client as { readonly isCluster?: boolean }).isCluster ? undefined : 'ioredis'
  }
  const isMany = offers(client, 'getSentinelNode') || offers(client, 'getSlotRandomNode')
  return isMany || !offers(client, 'connect', 'destroy', 'unref') ? undefined : 'node-redis'
}
