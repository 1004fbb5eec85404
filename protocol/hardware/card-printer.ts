// Wire constants of the card printer: the Evolis text protocol over USB bulk (A5013 Programming Guide, as far as it is public). Numbers and words only.

/** Test ids of the simulated printer; a real one is listed by the site beside its own. */
export const printerVendorId = 0x1209
export const printerProductId = 0x0004

/** USB printer class, bidirectional (USB Device Class Definition for Printing Devices 1.1). */
export const printerInterface = { number: 0, class: 7, subclass: 1, protocol: 2, bulkOut: 0x01, bulkIn: 0x82 } as const

/** A command is ESC, letters, `;` parameters, CR. An answer is text, CR. */
export const escapeByte = 0x1b
export const carriageReturn = 0x0d

/** Bitmap of one side at 300 dpi: 648 dots wide, 1016 lines, one bit a dot, 81 bytes a line. */
export const printBitmap = { widthPx: 648, heightPx: 1016, lineBytes: 81, bytes: 81 * 1016 } as const

export const printerCommands = {
  /** Feeder insertion mode. */
  insertion: 'Pmi',
  ribbon: 'Pr',
  start: 'Ss',
  front: 'Sr',
  back: 'Sv',
  bitmap: 'Db',
  /** Prints what was sent and ejects to the output hopper. */
  end: 'Se',
  /** Takes a card from the feeder to the contactless station. */
  contactless: 'Sic',
  /** Ejects the card without printing. */
  eject: 'Sie',
  /** Ejects the card to the reject box. The letters are not confirmed by the public guide. */
  reject: 'Ser',
  serialNumber: 'Rsn',
  /** Cards printed since manufacture. */
  counter: 'Rco',
} as const

/** Answers other than a value. The words of a real device differ by firmware; the driver's table is the one place that knows them. */
export const printerAnswers = {
  ok: 'OK',
  feederEmpty: 'FEEDER EMPTY',
  ribbonEnd: 'RIBBON END',
  coverOpen: 'COVER OPEN',
  jam: 'MECHANICAL ERROR',
  noCard: 'NO CARD',
  unknown: 'UNKNOWN COMMAND',
} as const
