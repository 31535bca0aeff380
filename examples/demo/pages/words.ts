/** 60 → 60 seconds, 300 → 5 minutes, 28 800 → 8 hours. */
export function inWords(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} hours`
  if (seconds % 60 === 0 && seconds > 60) return `${seconds / 60} minutes`
  return `${seconds} seconds`
}

/** As the script writes it: 0:59, 7:59:59. */
export function inDigits(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds)}` : `${minutes}:${pad(seconds)}`
}

/** In the largest unit that fits. A clock may be behind the store's: that is now, too. */
export function ago(date: Date): string {
  const seconds = Math.max(0, Math.floor((Date.now() - date.getTime()) / 1000))
  if (seconds < 2) return 'just now'
  if (seconds < 60) return `${seconds} seconds ago`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${count(minutes, 'minute')} ago`
  return `${count(Math.floor(minutes / 60), 'hour')} ago`
}

/** one device, two devices … 14 devices */
export function count(number: number, thing: string): string {
  return `${IN_WORDS[number] ?? number} ${thing}${number === 1 ? '' : 's'}`
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const IN_WORDS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']

function pad(part: number): string {
  return String(part % 60).padStart(2, '0')
}
