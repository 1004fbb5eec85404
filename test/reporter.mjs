// Prints a line a file, what failed in full, and closes with `N passed, N failed` (`, N skipped` when so). Leaves the same as out/junit.xml.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Transform } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { Parser } from 'tap-parser'
import { junitXml } from './junit.mjs'

const junitFile = process.env.REKAM_JUNIT ?? fileURLToPath(new URL('../out/junit.xml', import.meta.url))

export default class Reporter extends Transform {
  #parser = new Parser()
  #passed = 0
  #failed = 0
  #skipped = 0
  #skips = []
  #points = []
  #fileMs = new Map()

  constructor() {
    super()
    this.#watch(this.#parser, '')
    this.#parser.on('assert', (point) => {
      const file = point.name ?? ''
      this.push(point.skip ? `SKIPPED ${file}\n` : point.ok ? `ok      ${file}\n` : `FAILED  ${file}\n`)
    })
  }

  _transform(chunk, _encoding, done) {
    this.#parser.write(chunk)
    done()
  }

  _flush(done) {
    this.#parser.end()
    for (const skip of this.#skips) this.push(`skipped: ${skip}\n`)
    const skipped = this.#skipped > 0 ? `, ${this.#skipped} skipped` : ''
    this.push(`${this.#passed} passed, ${this.#failed} failed${skipped}\n`)
    mkdirSync(dirname(junitFile), { recursive: true })
    writeFileSync(junitFile, junitXml(this.#points, this.#fileMs))
    done()
  }

  /** A closing point only repeats its children, unless they all passed and it did not: a throw, a time-out, an exit. */
  #watch(parser, path) {
    let failedBefore = this.#failed
    parser.on('child', (child) => this.#watch(child, path === '' ? child.name : `${path} › ${child.name}`))
    parser.on('assert', (point) => {
      const failedInside = this.#failed > failedBefore
      failedBefore = this.#failed
      const name = point.name ?? ''
      if (path === '') this.#fileMs.set(name, point.time ?? 0)
      const told = { path: path || name, name, timeMs: point.time ?? 0 }
      if (point.skip || point.todo) {
        this.#skipped++
        this.#points.push({ ...told, skipped: String(point.skip || point.todo) })
        this.#skips.push(`${path} › ${point.name} (${point.skip || point.todo})`)
        return
      }
      if (point.closingTestPoint && (point.ok || failedInside)) return
      if (point.ok) {
        this.#passed++
        this.#points.push(told)
        return
      }
      this.#failed++
      failedBefore = this.#failed
      const diag = point.diag ?? {}
      const failure = diag.diff ?? JSON.stringify(diag, null, 2)
      this.#points.push({ ...told, failure })
      this.push(`not ok  ${path} › ${point.name ?? ''}\n${indent(failure)}\n`)
    })
  }
}

const indent = (text) =>
  String(text)
    .split('\n')
    .map((line) => `        ${line}`)
    .join('\n')
