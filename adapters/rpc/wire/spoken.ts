/**
 * The version this server calls itself.
 */
import type { ProfileName } from '../../../domain/profile.ts'

/** The binary each era was recorded from: newer clients warn of a server that calls itself older than they are. */
export const SPOKEN: Readonly<Record<ProfileName, string>> = {
  '0.130': '0.130.0',
  '0.142': '0.142.5',
  '0.169': '0.169.0'
}
