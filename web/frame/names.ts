/**
 * What pages and views are called.
 */
import type { HomePage, ThreadView } from '../routes.ts'

export const PAGE_NAMES: Readonly<Record<HomePage | 'threads', string>> = {
  threads: 'Threads',
  search: 'Search',
  usage: 'Usage',
  tools: 'Tools',
  plugins: 'Plugins',
  audit: 'Audit',
  health: 'Health',
  storage: 'Storage',
  log: 'Log',
  about: 'About'
}

export const VIEW_NAMES: Readonly<Record<ThreadView, string>> = {
  turns: 'Turns',
  timeline: 'Timeline',
  context: 'Context',
  events: 'Events',
  files: 'Files',
  diff: 'Compare'
}
