import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A way to a port on which a reply can come twice, so that all replies after it are one late. */
export interface ShiftingProxy {
  readonly port: number
  /** Before the next reply of the server, the last one is sent once more. */
  shift(): void
  close(): void
}

/**
 * What a client does to itself when it gives up on a command that it has sent, and leaves the reply
 * in the pipe (CVE-2023-28858, CVE-2023-28859).
 */
export async function startShiftingProxy(to: number): Promise<ShiftingProxy> {
  const sockets: Socket[] = []
  let due = false
  const proxy = createServer((near) => {
    const far = connect(to, '127.0.0.1')
    let last: Buffer | undefined
    sockets.push(near, far)
    near.pipe(far)
    far.on('data', (reply: Buffer) => {
      if (due && last !== undefined) near.write(last)
      due = due && last === undefined
      last = reply
      near.write(reply)
    })
    for (const socket of [near, far]) {
      socket.on('error', () => {})
      socket.on('close', () => [near, far].forEach((end) => end.destroy()))
    }
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    port: (proxy.address() as AddressInfo).port,
    shift: () => void (due = true),
    close() {
      proxy.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
