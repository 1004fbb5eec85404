// A disk that can fill up, and a line on which the intake of the centre alone can be lost. Both stand between a station and what is behind.

import { Fault } from '../../../protocol/fault.js'
import type { CentreTransport } from '../../../protocol/hardware/centre.js'
import { diskFiles, type Files } from '../../store/files.js'

export interface FillableDisk {
  full: boolean
  readonly files: Files
}

export function fillableDisk(): FillableDisk {
  const disk: { full: boolean; files: Files } = { full: false, files: diskFiles }
  disk.files = {
    ...diskFiles,
    createSynced: async (path, bytes) => {
      if (disk.full) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
      return diskFiles.createSynced(path, bytes)
    },
    freeBytes: async (folder) => (disk.full ? 0 : diskFiles.freeBytes(folder)),
  }
  return disk
}

/** The registry answers on its own line; packets, statuses and cards go to the intake. */
export interface IntakeLine {
  cut: boolean
  around(inner: CentreTransport): CentreTransport
}

export function intakeLine(): IntakeLine {
  const line: IntakeLine = {
    cut: false,
    around: (inner) => ({
      request: async (request) => {
        if (line.cut && !request.path.startsWith('/registry')) throw new Fault('centre.unreachable', { reason: 'cut' })
        return inner.request(request)
      },
    }),
  }
  return line
}
