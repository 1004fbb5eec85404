// One stream of frames: bulk chunks in, frames written in place into the sink's slots. Asks the machine about each frame and does what it says.

import { type Fault, toFault } from '../../protocol/fault.js'
import { captureInterface } from '../../protocol/hardware/capture-device.js'
import type { FrameHeader, FrameSink, FrameSlot } from '../../protocol/hardware/frames.js'
import type { UsbDevice, UsbStream } from '../../protocol/hardware/usb.js'
import type { CaptureCounters, CaptureStream, SensorInfo } from '../driver.js'
import { FrameAssembler, type FrameHead, type FrameReceiver } from './framing.js'
import type { Input } from './machine.js'

const transfers = 4
const transferBytes = 256 * 1024

export interface StreamShell {
  readonly sensors: readonly SensorInfo[]
  readonly session: number
  readonly sink: FrameSink
  nowMs(): number
  feed(input: Input): void
  counters(): CaptureCounters
  ended(fault: Fault): void
  /** Asks the device to stop; may throw when it is gone. */
  hush(): Promise<void>
}

export class RunningStream implements CaptureStream, FrameReceiver {
  readonly #shell: StreamShell
  readonly #assembler: FrameAssembler
  #bulk: UsbStream | undefined
  #slot: FrameSlot | undefined
  #head: FrameHead | undefined
  #finalCounters: CaptureCounters | undefined
  #stopped: Promise<void> | undefined
  #phase: 'starting' | 'live' | 'over' = 'starting'
  #earlyFault: Fault | undefined
  #release: () => void = () => {}

  constructor(shell: StreamShell) {
    this.#shell = shell
    this.#assembler = new FrameAssembler(shell.sensors, this)
  }

  /** Transfers wait for the device from now on. */
  listen(usb: UsbDevice): void {
    this.#bulk = usb.stream(captureInterface.bulkIn, transfers, transferBytes, {
      chunk: (chunk) => {
        if (this.#phase === 'over') return
        this.#assembler.push(chunk)
        if (chunk.length < transferBytes) this.#assembler.endOfFrame()
      },
      ended: (error) => this.#shell.feed({ is: 'failed', fault: toFault(error) }),
    })
  }

  /** START was accepted: faults go to the owner from now on. @throws the fault that came before */
  goLive(): void {
    if (this.#earlyFault) throw this.#earlyFault
    this.#phase = 'live'
  }

  /** Aborting `signal` stops the stream; it is let go of when the stream is over. */
  stopOn(signal: AbortSignal | undefined): void {
    if (!signal) return
    const onAbort = () => void this.stop()
    this.#release = () => signal.removeEventListener('abort', onAbort)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    else if (this.#finalCounters) this.#release()
  }

  get isOver(): boolean {
    return this.#finalCounters !== undefined
  }

  counters(): CaptureCounters {
    return this.#finalCounters ?? this.#shell.counters()
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  /** Resolves when no transfer is pending any more. */
  async idle(): Promise<void> {
    await this.#bulk?.stop()
  }

  // Effects of the machine.

  /** @param deviceTimeUs as the machine has set it right */
  publish(deviceTimeUs: number): void {
    const head = this.#head
    if (head) this.#slot?.publish(frameHeader({ ...head, deviceTimeUs }))
    this.#slot = undefined
  }

  discard(): void {
    this.#slot?.discard()
    this.#slot = undefined
  }

  end(counters: CaptureCounters): void {
    this.#finalCounters = counters
    if (this.#phase === 'live') this.#phase = 'over'
    this.#release()
    void this.idle()
  }

  report(fault: Fault): void {
    if (this.#stopped !== undefined) return
    if (this.#phase === 'starting') this.#earlyFault = fault
    else this.#shell.ended(fault)
  }

  // What the assembler finds.

  begin(head: FrameHead): Uint8Array | undefined {
    this.#head = head
    if (this.#isStale(head)) {
      this.#shell.feed({ is: 'stale' })
      return undefined
    }
    this.#slot = this.#finalCounters ? undefined : this.#shell.sink.lease(head.payloadBytes)
    return this.#slot?.bytes
  }

  complete(head: FrameHead, intact: boolean): void {
    if (this.#isStale(head)) return
    const nowMs = this.#shell.nowMs()
    this.#shell.feed(intact ? { is: 'frame', head, stored: this.#slot !== undefined, nowMs } : { is: 'corrupt', nowMs })
  }

  short(head: FrameHead): void {
    if (!this.#isStale(head)) this.#shell.feed({ is: 'short', nowMs: this.#shell.nowMs() })
  }

  garbage(bytes: number): void {
    this.#shell.feed({ is: 'garbage', bytes, nowMs: this.#shell.nowMs() })
  }

  /** Left over from an earlier stream, perhaps of another person. */
  #isStale(head: FrameHead): boolean {
    return head.session !== this.#shell.session
  }

  async #stop(): Promise<void> {
    this.#shell.feed({ is: 'stop' })
    await this.idle()
    // A device that is gone or hangs shows at the next call; nothing is lost here.
    await this.#shell.hush().catch(() => {})
  }
}

function frameHeader({ sensor, sequence, format, widthPx, heightPx, ppi, deviceTimeUs, presentationAttack }: FrameHead): FrameHeader {
  return { sensor, sequence, format, widthPx, heightPx, ppi, deviceTimeUs, ...(presentationAttack && { presentationAttack }) }
}
