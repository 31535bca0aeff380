// The shop floor as it is now, while somebody looks at it.

const people = document.querySelector('[data-people]')
if (people !== null) void keepLooking()

async function keepLooking() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    if (!document.hidden) await look().catch(() => {})
  }
}

async function look() {
  const response = await fetch('/live/floor')
  if (!response.ok) return
  const fresh = document.createElement('template')
  fresh.innerHTML = await response.text()
  update('.summary', people, fresh.content)
  const now = new Map([...fresh.content.querySelectorAll('.person')].map((row) => [idOf(row), row]))
  for (const row of people.querySelectorAll('.person')) {
    const same = now.get(idOf(row))
    now.delete(idOf(row))
    if (same === undefined) leave(row)
    else update('.facts', row, same)
  }
  people.querySelector('.rows').append(...now.values())
}

/** Only that: a button keeps the focus, and stays where the pointer is. */
function update(part, old, fresh) {
  old.querySelector(part).replaceWith(fresh.querySelector(part))
}

/** The row stays until the next page, so that no other one moves under the pointer. */
function leave(row) {
  if (row.classList.contains('gone')) return
  row.classList.add('gone')
  row.querySelector('.facts p').textContent = 'Has left.'
  for (const part of row.querySelectorAll('.badge, .left, .remaining, button')) part.remove()
}

function idOf(row) {
  return row.dataset.person
}
