// A two-way pipe of binary messages: what the gateway needs of a websocket, and all that it knows of one. In-process clients bring their own.

import type { SocketLike } from '../../protocol/client.js'
import { CLOSE_CODES } from '../../protocol/limits.js'

export interface MessageChannelLike {
  /** Bytes sent and not yet taken by the other side. */
  readonly bufferedAmount: number
  send(bytes: Uint8Array): void
  /** `binary` is false for a text message. The bytes belong to the listener. */
  onMessage(listener: (bytes: Uint8Array, binary: boolean) => void): void
  /** Called once, whoever closed. */
  onClose(listener: () => void): void
  /** @param code one of CLOSE_CODES */
  close(code: number): void
}

/** A client's socket and the daemon's end of it without a network: for the demo and for tests. Messages arrive in order, each in a turn of its own. */
export function inProcessPair(): { readonly socket: SocketLike; readonly channel: MessageChannelLike } {
  let onMessage: (bytes: Uint8Array, binary: boolean) => void = () => {}
  let onClose: () => void = () => {}
  let open = true
  const later = (act: () => void) => void Promise.resolve().then(act)
  const shut = (code: number) => {
    if (!open) return
    open = false
    later(() => {
      onClose()
      socket.onclose?.({ code } as never)
    })
  }
  const socket: SocketLike = {
    binaryType: 'arraybuffer',
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
    send: (bytes) => later(() => open && onMessage(bytes.slice(), true)),
    close: (code = CLOSE_CODES.normal) => shut(code),
  }
  const channel: MessageChannelLike = {
    bufferedAmount: 0,
    send: (bytes) => {
      if (open) later(() => socket.onmessage?.({ data: bytes } as never))
    },
    onMessage: (listener) => {
      onMessage = listener
    },
    onClose: (listener) => {
      onClose = listener
    },
    close: shut,
  }
  return { socket, channel }
}
