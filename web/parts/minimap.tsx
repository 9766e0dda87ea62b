/**
 * The whole thread in a strip: prompts, failures, compactions and what was taken back, where they are. The list beside it has the same
 * in words.
 */
import { useEffect, useRef } from 'preact/hooks'
import { pixelsOf } from './minimap-pixels.ts'
import { theme } from '../state/preferences.ts'
import type { OutlinedTurn } from '../../domain/unroll-protocol.ts'

const STRIP_PX = 6

/** The colours of what a pixel shows. */
const COLORS = ['--line-strong', '--dim', '--accent', '--warn', '--bad'] as const

interface MinimapProps {
  readonly rows: ReadonlyMap<number, OutlinedTurn>
  /** Another number when rows came. */
  readonly drawn: number
  readonly total: number
  readonly current: number
  readonly go: (n: number) => void
}

/** A colour of the page as it is in this theme. */
const colorOf = (canvas: HTMLCanvasElement, name: string): string => {
  canvas.style.color = `var(${name})`
  return getComputedStyle(canvas).color
}

const paint = (canvas: HTMLCanvasElement, { rows, total }: MinimapProps): void => {
  const { clientHeight } = canvas
  const scale = devicePixelRatio
  canvas.width = STRIP_PX * scale
  canvas.height = clientHeight * scale
  const pen = canvas.getContext('2d')
  if (pen === null) return
  pen.scale(scale, scale)
  const colors = COLORS.map((name) => colorOf(canvas, name))
  for (const [at, mark] of pixelsOf(rows.values(), total, clientHeight).entries()) {
    const color = colors[mark]
    if (color === undefined) continue
    pen.fillStyle = color
    pen.fillRect(0, at, STRIP_PX, 1)
  }
}

export const Minimap = (props: MinimapProps) => {
  const { total, drawn, current, go } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    if (canvas.current !== null) paint(canvas.current, props)
  }, [drawn, total, theme.value, canvas.current?.clientHeight])
  return (
    <div class="minimap" aria-hidden="true">
      <canvas
        ref={canvas}
        onClick={(event) => {
          const { top, height } = event.currentTarget.getBoundingClientRect()
          go(Math.min(total - 1, Math.floor(((event.clientY - top) / height) * total)))
        }}
      />
      <span class="minimap-here" style={{ top: `${(100 * current) / Math.max(1, total)}%` }} />
    </div>
  )
}
