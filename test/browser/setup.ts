import { ensureChromium } from '../../scripts/ensure-chromium.ts'
import { ensureOpenssl } from '../../scripts/ensure-openssl.ts'
import { ensureBuilt } from '../docs/programs.ts'

/** Once, ahead of all files: the demo imports the package, which is dist/. */
export default function setup(): void {
  ensureChromium()
  ensureOpenssl()
  ensureBuilt()
}
