/**
 * What this page is, and what it never does.
 */
import { HomePage } from '../parts/home-page.tsx'

export const AboutPage = () => <HomePage title="About">{null}</HomePage>
