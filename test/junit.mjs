// Test points as JUnit XML, the form that build servers read: one suite a file, one case a point. Knows nothing of TAP.

/**
 * @typedef {{ path: string, name: string, timeMs: number, failure?: string, skipped?: string }} Point `path` is `file › outer test › …`
 * @param {readonly Point[]} points in the order in which they came
 * @param {ReadonlyMap<string, number>} fileMs how long each file's process took
 */
export function junitXml(points, fileMs) {
  const suites = new Map()
  for (const point of points) {
    const [file = ''] = point.path.split(' › ')
    suites.set(file, [...(suites.get(file) ?? []), point])
  }
  // Files run side by side: a sum of work, not of waiting.
  const allMs = [...fileMs.values()].reduce((sum, ms) => sum + ms, 0)
  const lines = [...suites].flatMap(([file, own]) => [
    `  <testsuite ${counts(file, own, fileMs.get(file) ?? 0)}>`,
    ...own.flatMap(testcase),
    '  </testsuite>',
  ])
  return ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites ${counts('rekam', points, allMs)}>`, ...lines, '</testsuites>', ''].join(
    '\n',
  )
}

function counts(name, points, ms) {
  const failures = points.filter(({ failure }) => failure !== undefined).length
  const skipped = points.filter((each) => each.skipped !== undefined).length
  return `name="${escaped(name)}" tests="${points.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${(ms / 1000).toFixed(3)}"`
}

function testcase({ path, name, timeMs, failure, skipped }) {
  const head = `    <testcase classname="${escaped(path)}" name="${escaped(name)}" time="${(timeMs / 1000).toFixed(3)}"`
  if (failure !== undefined)
    return [`${head}>`, `      <failure message="${escaped(name)}">${escaped(failure)}</failure>`, '    </testcase>']
  if (skipped !== undefined) return [`${head}>`, `      <skipped message="${escaped(skipped)}"/>`, '    </testcase>']
  return [`${head}/>`]
}

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;', '\t': '&#9;' }

/** XML 1.0 §2.2 has no place for most control characters and for halves of surrogate pairs. */
function escaped(text) {
  return Array.from(String(text).toWellFormed(), (each) => {
    const code = each.codePointAt(0) ?? 0
    if (code < 0x20 && each !== '\n' && each !== '\t') return '\ufffd'
    if (code === 0xfffe || code === 0xffff) return '\ufffd'
    return entities[each] ?? each
  }).join('')
}
