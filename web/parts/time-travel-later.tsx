/**
 * The way back in time, whose code comes behind what the page itself shows; its place is kept.
 */
import { later } from './later.tsx'

export const TimeTravel = later(
  async () => (await import('./time-travel.tsx')).TimeTravel,
  <div class="travel" />
)
