// What build servers read of a test run: the reporter's JUnit file says the same as its last line, whatever is in a test's name.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import t from 'tap'

interface Point {
  readonly path: string
  readonly name: string
  readonly timeMs: number
  readonly failure?: string
  readonly skipped?: string
}
const local = (path: string) => new URL(path, import.meta.url)
const { junitXml } = (await import(local('./junit.mjs').href)) as {
  junitXml(points: readonly Point[], fileMs: ReadonlyMap<string, number>): string
}

/** Every tag closed by its own, attributes quoted, no bare `<` or `&` (XML 1.0 §3). @returns names of the elements in order of their start */
function elements(xml: string): readonly string[] {
  const open: string[] = []
  const started: string[] = []
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '')
  const rest = body.replace(/<(\/?)(\w+)((?: \w+="[^"<]*")*)(\/?)>/g, (_, closing: string, name: string, _attributes, empty: string) => {
    if (closing === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes another element`)
      return ''
    }
    started.push(name)
    if (empty === '') open.push(name)
    return ''
  })
  if (open.length > 0 || /[<>]/.test(rest)) throw new Error(`not well-formed: ${rest.trim().slice(0, 80)}`)
  if (/&(?!(?:amp|lt|gt|quot|#10|#9);)/.test(body)) throw new Error('a bare ampersand')
  return started
}

t.test('a run with everything in it', async (t) => {
  const tap = `TAP version 14
# Subtest: test/a.test.ts
    # Subtest: outer
        ok 1 - holds <always> # time=12ms
        not ok 2 - fails & says "why"
          ---
          diff: |
            -expected
            +<actual>
          ...
        ok 3 - later # SKIP no chromium
        1..3
    not ok 1 - outer # time=30ms
    1..1
not ok 1 - test/a.test.ts # time=40ms

# Subtest: test/b.test.ts
    ok 1 - fine
    1..1
ok 2 - test/b.test.ts
1..2
`
  const file = join(t.testdir(), 'deep', 'junit.xml')
  const program = `import Reporter from '${local('./reporter.mjs').href}'; process.stdin.pipe(new Reporter()).pipe(process.stdout)`
  const env = { ...process.env, REKAM_JUNIT: file, NODE_OPTIONS: '' }
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    input: tap,
    env,
    encoding: 'utf8',
    cwd: fileURLToPath(local('.')),
  })
  t.equal(stderr, '')
  t.match(stdout, /2 passed, 1 failed, 1 skipped\n$/)
  const xml = readFileSync(file, 'utf8')
  const counted = (name: string) => elements(xml).filter((each) => each === name).length
  t.strictSame([counted('testsuite'), counted('testcase'), counted('failure'), counted('skipped')], [2, 4, 1, 1])
  t.match(xml, 'tests="4" failures="1" errors="0" skipped="1"', 'the sums of the last line')
  t.match(xml, 'classname="test/a.test.ts › outer" name="holds &lt;always&gt;" time="0.012"')
  t.match(xml, '<testsuite name="test/a.test.ts" tests="3" failures="1" errors="0" skipped="1" time="0.040"', 'how long the file took')
  t.match(xml, '+&lt;actual&gt;', 'what failed is in it')
})

t.test('any name and any failure gives well-formed XML', async (t) => {
  const text = fc.string({ unit: 'binary', maxLength: 40 })
  const point = fc.record(
    { path: text, name: text, timeMs: fc.nat(), failure: text, skipped: text },
    { requiredKeys: ['path', 'name', 'timeMs'] },
  ) as fc.Arbitrary<Point>
  const property = fc.property(fc.array(point, { maxLength: 6 }), (points) => {
    return elements(junitXml(points, new Map())).filter((each) => each === 'testcase').length === points.length
  })
  const { failed, seed, counterexample, errorInstance } = fc.check(property, { numRuns: 300 })
  t.notOk(failed, `seed ${seed} ${JSON.stringify(counterexample)} ${errorInstance}`)
})
