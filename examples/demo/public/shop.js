// The shop works without all of this.
import './at-once.js'
import './clock.js'
import './door.js'
import './floor.js'

/** A page that the Back button brings back shows what was; the shop has moved on. */
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload()
})
