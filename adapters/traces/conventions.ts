/** The state of OpenTelemetry's conventions for generative AI that traces follow; they are still in development. */
export const CONVENTIONS = 'gen_ai 2026-11'
