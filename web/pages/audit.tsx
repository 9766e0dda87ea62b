/**
 * Audit.
 */
import { HomePage } from '../parts/home-page.tsx'
import type { Query } from '../routes.ts'

export const AuditPage = (_: { readonly query: Query }) => <HomePage title="Audit">{null}</HomePage>
