// The countdown and the button "two things at once". The shop works without both.

const clock = document.querySelector('[data-seconds-left]')
if (clock !== null) countDown(clock)

const atOnce = document.querySelector('[data-at-once]')
if (atOnce !== null) {
  atOnce.disabled = false
  atOnce.addEventListener('click', () => void addTwo(atOnce))
}

/** A page that the Back button brings back shows what was; the shop has moved on. */
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload()
})

function countDown(clock) {
  let endsAt = Date.now() + Number(clock.dataset.secondsLeft) * 1000
  const meter = document.querySelector('.meter')
  const hurry = document.querySelector('.hurry')

  // A step in another tab winds the clock up in this one: they share the session.
  const tabs = new BroadcastChannel('clock')
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- not a window
  tabs.postMessage(endsAt)
  tabs.addEventListener('message', ({ data }) => {
    endsAt = data
    tick()
  })

  function tick() {
    const left = Math.max(0, Math.ceil((endsAt - Date.now()) / 1000))
    clock.textContent = inDigits(left)
    meter.firstElementChild.style.width = `${Math.min(100, (100 * left) / meter.dataset.of)}%`
    clock.classList.toggle('late', left <= 15)
    const words = left > 0 && left <= 15 ? 'The door staff are looking your way.' : ''
    if (hurry.textContent !== words) hurry.textContent = words
    if (left === 0) escort(timer)
  }
  const timer = setInterval(tick, 250)
  tick()
}

function escort(timer) {
  clearInterval(timer)
  const dialog = document.querySelector('#escorted')
  dialog.addEventListener('close', () => location.assign('/'))
  dialog.showModal()
}

async function addTwo(button) {
  const status = document.querySelector('[data-at-once-status]')
  button.disabled = true
  status.textContent = 'Two requests are on their way …'
  try {
    const teas = button.dataset.atOnce.split(' ')
    const responses = await Promise.all(teas.map((tea) => ring(tea, button.dataset.token)))
    const elsewhere = responses.find((response) => response.redirected)
    if (elsewhere !== undefined) location.assign(elsewhere.url)
    else if (responses.every((response) => response.ok)) location.assign('/')
    else throw new Error('refused')
  } catch {
    status.textContent = 'That did not work. Reload the page and try again.'
    button.disabled = false
  }
}

function ring(tea, token) {
  return fetch('/basket/slow-till', { method: 'POST', body: new URLSearchParams({ tea, token }) })
}

function inDigits(seconds) {
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds)}` : `${minutes}:${pad(seconds)}`
}

function pad(part) {
  return String(part % 60).padStart(2, '0')
}
