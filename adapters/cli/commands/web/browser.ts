/**
 * Opens an address in the person's browser, where there is one to be seen.
 */
import { spawn } from 'node:child_process'

/** The program that opens addresses, and the words before the address. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, ReadonlyArray<string>>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler']
}

/** False over SSH, in CI, and without a screen: a browser would open where nobody looks. */
export const hasScreen = (env: NodeJS.ProcessEnv, platform = process.platform): boolean => {
  const isSet = (name: string): boolean => (env[name] ?? '') !== ''
  if (isSet('SSH_CONNECTION') || isSet('CI')) return false
  return OPENERS[platform] !== undefined || isSet('DISPLAY') || isSet('WAYLAND_DISPLAY')
}

/** Resolves with true when a program took the address. It goes on when this one ends. */
export const openBrowser = (
  address: string,
  platform = process.platform,
  start = spawn
): Promise<boolean> =>
  new Promise((resolve) => {
    const [program = 'xdg-open', ...words] = OPENERS[platform] ?? []
    const child = start(program, [...words, address], { detached: true, stdio: 'ignore' })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
