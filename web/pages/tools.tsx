/**
 * Tools.
 */
import { HomePage } from '../parts/home-page.tsx'
import type { Query } from '../routes.ts'

export const ToolsPage = (_: { readonly query: Query }) => <HomePage title="Tools">{null}</HomePage>
