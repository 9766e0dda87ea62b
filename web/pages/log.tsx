/**
 * Log.
 */
import { HomePage } from '../parts/home-page.tsx'
import type { Query } from '../routes.ts'

export const LogPage = (_: { readonly query: Query }) => <HomePage title="Log">{null}</HomePage>
