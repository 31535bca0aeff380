// The shop tells this page when its visit is over, and why.

const AGAIN_MS = 3000

const { visit } = document.body.dataset
let door

if (visit !== undefined) {
  listen()
  document.addEventListener('visibilitychange', listen)
  // Whoever leaves by a form of this page knows why.
  addEventListener('submit', () => door?.close())
}

/** A browser opens six connections to a shop at most, for all its tabs: one nobody sees needs none. */
function listen() {
  door?.close()
  if (document.hidden) return
  door = new EventSource(`/live/door/${visit}`)
  door.addEventListener('over', ({ data }) => showOut(JSON.parse(data)))
  // A connection that broke is made again by the browser; one that was refused is not.
  door.addEventListener('error', ({ target }) => {
    if (target.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS)
  })
}

/** Without a reason it was the clock, as the dialog says already. */
export function showOut(why) {
  door?.close()
  const dialog = document.querySelector('#escorted')
  if (dialog.open) return
  if (why !== null) dialog.querySelector('[data-why]').textContent = why
  dialog.addEventListener('close', () => location.assign('/'))
  dialog.showModal()
}
