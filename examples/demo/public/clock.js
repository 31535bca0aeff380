// The countdown, and what pages of one visit in several tabs tell each other about it.
import { showOut } from './door.js'

const { visit, secondsLeft, timeout } = document.body.dataset
const tabs = new BroadcastChannel('clock')
const clock = document.querySelector('.time')

// Every page is a step, and winds up the clock in the other tabs.
const endsAt = Date.now() + Number(secondsLeft) * 1000
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- not a window
if (visit !== undefined) tabs.postMessage({ visit, endsAt, timeout })
if (clock !== null) countDown({ endsAt, timeout })

function countDown(now) {
  const meter = document.querySelector('.meter')
  const hurry = document.querySelector('.hurry')

  tabs.addEventListener('message', ({ data }) => {
    if (data.visit !== visit) return
    now = data
    tick()
  })

  function tick() {
    const left = Math.max(0, Math.ceil((now.endsAt - Date.now()) / 1000))
    clock.textContent = inDigits(left)
    meter.firstElementChild.style.width = `${Math.min(100, (100 * left) / now.timeout)}%`
    clock.classList.toggle('late', left <= 15)
    const words = left > 0 && left <= 15 ? 'The door staff are looking your way.' : ''
    if (hurry.textContent !== words) hurry.textContent = words
    if (left > 0) return
    clearInterval(timer)
    showOut(null)
  }
  const timer = setInterval(tick, 250)
  tick()
}

function inDigits(seconds) {
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds)}` : `${minutes}:${pad(seconds)}`
}

function pad(part) {
  return String(part % 60).padStart(2, '0')
}
