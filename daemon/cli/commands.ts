// Every command of `rekam` with its usage; the code is loaded when it is asked for.

import type { Command } from './command.js'

interface Entry {
  readonly name: string
  readonly usage: readonly string[]
  load(): Promise<Command>
}

export const commands: readonly Entry[] = [
  {
    name: 'demo',
    usage: ['rekam demo [--subject DIR] [--standard ID] [--stack inproc|real] [--seed N] [--out DIR] [--json] [--serve] [--port P]'],
    load: async () => (await import('./demo.js')).command,
  },
  {
    name: 'station',
    usage: ['rekam station [--simulate[=inproc|real]] [--port P] [--data DIR] [--config FILE] [--seed N] [--json]'],
    load: async () => (await import('./station.js')).command,
  },
  {
    name: 'simulate',
    usage: ['rekam simulate --days N [--seed S] [--faults none|devices|people|station] [--persons A_DAY] [--json]'],
    load: async () => (await import('./simulate.js')).command,
  },
  {
    name: 'doctor',
    usage: ['rekam doctor [--data DIR] [--config FILE] [--json]'],
    load: async () => (await import('./doctor.js')).command,
  },
  {
    name: 'operator',
    usage: [
      'rekam operator add NAME --role ROLE[,ROLE…] [--pin-stdin] [--data DIR] [--as ADMINISTRATOR]',
      'rekam operator list [--json] [--data DIR] [--as ADMINISTRATOR]',
      'rekam operator lock NAME [--off] [--data DIR] [--as ADMINISTRATOR]',
    ],
    load: async () => (await import('./operator.js')).command,
  },
  {
    name: 'report capture',
    usage: ['rekam report capture [--weeks N] [--en] [--json] [--data DIR] [--config FILE] [--as OPERATOR]'],
    load: async () => (await import('./report.js')).command,
  },
  {
    name: 'service',
    usage: ['rekam service check [FILE…] [--json]', 'rekam service list [--json]'],
    load: async () => (await import('./service.js')).command,
  },
  {
    name: 'wsq',
    usage: ['rekam wsq encode IN OUT [--rate 0.75] [--ppi 500] [--size WxH] [--json]', 'rekam wsq decode IN OUT [--json]'],
    load: async () => (await import('./wsq.js')).command,
  },
  {
    name: 'finger segment',
    usage: ['rekam finger segment [--slap right|left|thumbs] [--missing 2,5] [--out DIR] FILE… [--json]'],
    load: async () => (await import('./finger/segment.js')).command,
  },
  {
    name: 'finger quality',
    usage: ['rekam finger quality [--nfiq2-model FILE] [--features] FILE… [--json]'],
    load: async () => (await import('./finger/quality.js')).command,
  },
  {
    name: 'finger extract',
    usage: ['rekam finger extract [--out DIR] [--format fmr|fmc|json] [--limit N] [--position P] FILE… [--json]'],
    load: async () => (await import('./finger/extract.js')).command,
  },
  {
    name: 'finger match',
    usage: ['rekam finger match A B [--json]', 'rekam finger match --pairs LIST [--json]'],
    load: async () => (await import('./finger/match.js')).command,
  },
  {
    name: 'iris locate',
    usage: ['rekam iris locate [--mask DIR] [--size WxH] FILE… [--json]'],
    load: async () => (await import('./iris/locate.js')).command,
  },
  {
    name: 'iris quality',
    usage: ['rekam iris quality [--size WxH] FILE… [--json]'],
    load: async () => (await import('./iris/quality.js')).command,
  },
  {
    name: 'iris encode',
    usage: ['rekam iris encode [--out DIR] [--size WxH] FILE… [--json]'],
    load: async () => (await import('./iris/encode.js')).command,
  },
  {
    name: 'iris match',
    usage: ['rekam iris match A B [--size WxH] [--json]', 'rekam iris match --pairs LIST [--size WxH] [--json]'],
    load: async () => (await import('./iris/match.js')).command,
  },
  {
    name: 'face assess',
    usage: ['rekam face assess [--runtime native|wasm] FILE… [--json]'],
    load: async () => (await import('./face/assess.js')).command,
  },
  {
    name: 'signature render',
    usage: ['rekam signature render FILE OUT.svg|OUT.png [--size WxH mm] [--dpi 600] [--bytes N] [--json]'],
    load: async () => (await import('./signature/render.js')).command,
  },
  {
    name: 'bench',
    usage: [
      'rekam bench [wsq|segment|quality|extract|match|tenprint|iris|face|signature|live]… [--data DIR] [--seconds N] [--persons N] [--only CASE] [--json]',
    ],
    load: async () => (await import('./bench.js')).command,
  },
  {
    name: 'sim',
    usage: [
      'rekam sim person [--seed N [--birthYear Y] [--body NAME|JSON]] [--manner practised|coached|natural] [--data DIR]',
      'rekam sim fault DEVICE KIND [--count N] [--value V] [--afterMs MS] [--data DIR]',
      'rekam sim unplug DEVICE [--afterMs MS] [--data DIR]',
      'rekam sim plug DEVICE [--data DIR]',
      'rekam sim heal [DEVICE] [--data DIR]',
      'rekam sim centre offline|online|slow|cut|lie_receipt|lie_bundle [--value V] [--lie NAME] [--data DIR]',
      'rekam sim truth|list [--data DIR]',
      'rekam sim advice NAME [--data DIR]',
    ],
    load: async () => (await import('./sim.js')).command,
  },
  {
    name: 'record',
    usage: ['rekam record inspect FILE… [--json]'],
    load: async () => (await import('./record.js')).command,
  },
]
