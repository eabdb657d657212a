/** The commands that are killed right before each of so many of their changes to the disk, spread over all of them. */
export const KILLED_COMMANDS = [
  { verb: "install", kills: 12 },
  { verb: "update", kills: 24 },
  { verb: "rollback", kills: 8 },
] as const;
/** How often a driver is updated and rolled back, and how often it is loaded meanwhile. */
export const ROUNDS = 24;
export const LOADS = 400;
/** How much room there is on the disk, in kilobytes, when a driver of about 300 kB is installed. */
export const ROOM_KB = [0, 4, 12, 40, 100, 180, 260, 320] as const;
/** What a computer's clock says. */
export const CLOCKS = ["1999-12-31 23:59:00", "2012-06-01 00:00:00", "2038-01-20 00:00:00", "2099-01-01 00:00:00"] as const;
