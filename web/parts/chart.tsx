/**
 * Stacked bars over time. The numbers stand in a table beside it, so the picture is one for those who see it.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import { theme } from '../state/preferences.ts'
import { short } from '../text/times.ts'
import { visible } from './ansi.ts'

export interface BarParts {
  readonly keys: ReadonlyArray<string>
  readonly parts: ReadonlyArray<{ readonly name: string; readonly tokens: ReadonlyArray<number> }>
  readonly lowerBounds: ReadonlyArray<boolean>
}

/** The colours of parts, in order; each is a variable of the style. */
const COLORS = [
  '--accent',
  '--good',
  '--warn',
  '--ansi-5',
  '--ansi-6',
  '--bad',
  '--line-strong',
  '--dim'
] as const

const HEIGHT = 220

/** A variable as the canvas can read it: themes choose between two colours. */
const colorIn = (box: HTMLElement, name: string): string => {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  box.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

/** Sums up to each part, as bars are drawn one before the other. */
const heights = ({ keys, parts }: BarParts): ReadonlyArray<ReadonlyArray<number>> => {
  const sums = keys.map(() => 0)
  return parts.map(({ tokens }) => tokens.map((n, at) => (sums[at] = (sums[at] ?? 0) + n)))
}

const options = (
  box: HTMLElement,
  { keys, parts }: BarParts,
  point: (at: number | null) => void
): uPlot.Options => {
  const text = colorIn(box, '--dim')
  const line = colorIn(box, '--line')
  const { paths } = uPlot
  const bars = paths.bars?.({ size: [0.8, 48], gap: 1 })
  const font = '12px system-ui, sans-serif'
  const axis = { stroke: text, font, ticks: { show: false } }
  return {
    width: box.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { time: false, range: () => [-0.6, keys.length - 0.4] },
      y: { range: (_, __, max) => [0, Math.max(1, max) * 1.05] }
    },
    axes: [
      {
        ...axis,
        size: 26,
        grid: { show: false },
        incrs: [1, 2, 5, 7, 14, 30, 60, 90, 180, 365],
        space: 76,
        values: (_, splits) => splits.map((at) => keys[at] ?? '')
      },
      {
        ...axis,
        size: 60,
        grid: { stroke: line, width: 1 },
        values: (_, splits) => splits.map((n) => short(n))
      }
    ],
    series: [
      {},
      ...parts
        .map((_, at) => {
          const color = colorIn(box, COLORS[at % COLORS.length] ?? '--accent')
          return {
            fill: color,
            stroke: color,
            width: 0,
            points: { show: false },
            ...(bars && { paths: bars })
          }
        })
        .toReversed()
    ],
    hooks: {
      setCursor: [({ cursor }) => point(cursor.idx ?? null)]
    }
  }
}

const Legend = ({ parts }: Pick<BarParts, 'parts'>) => (
  <ul class="legend">
    {parts.map(({ name }, at) => (
      <li>
        <span class={`swatch swatch-${at % COLORS.length}`} aria-hidden="true" />
        <span dir="auto">{visible(name)}</span>
      </li>
    ))}
  </ul>
)

/** What stands under the pointer, in words. */
const wordsAt = ({ keys, parts, lowerBounds }: BarParts, at: number): string => {
  const there = parts.flatMap(({ name, tokens }) =>
    (tokens[at] ?? 0) === 0 ? [] : `${name} ${short(tokens[at] ?? 0)}`
  )
  const sum = parts.reduce((all, { tokens }) => all + (tokens[at] ?? 0), 0)
  const bound = lowerBounds[at] === true ? '≥ ' : ''
  return [`${keys[at] ?? ''}: ${bound}${short(sum)}`, ...(there.length > 1 ? there : [])].join(
    ' · '
  )
}

export const StackedBars = ({
  bars,
  label
}: {
  readonly bars: BarParts
  readonly label: string
}) => {
  const box = useRef<HTMLDivElement>(null)
  const [pointed, point] = useState<number | null>(null)
  const data = JSON.stringify(bars)
  useEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const columns = [bars.keys.map((_, at) => at), ...heights(bars).toReversed()]
    let plot = new uPlot(options(element, bars, point), columns as uPlot.AlignedData, element)
    const resized = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: HEIGHT })
    )
    resized.observe(element)
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    const repaint = (): void => {
      plot.destroy()
      plot = new uPlot(options(element, bars, point), columns as uPlot.AlignedData, element)
    }
    scheme.addEventListener('change', repaint)
    return () => {
      scheme.removeEventListener('change', repaint)
      resized.disconnect()
      plot.destroy()
    }
  }, [data, theme.value])
  return (
    <figure class="chart">
      <div ref={box} class="chart-box" role="img" aria-label={label} />
      <p class="chart-words dim" aria-hidden="true">
        {pointed === null ? '\u00a0' : visible(wordsAt(bars, pointed))}
      </p>
      <Legend parts={bars.parts} />
    </figure>
  )
}
