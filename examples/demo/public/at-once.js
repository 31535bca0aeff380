// The button "two things at once".

const atOnce = document.querySelector('[data-at-once]')
if (atOnce !== null) {
  atOnce.disabled = false
  atOnce.addEventListener('click', () => void addTwo(atOnce))
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
