/**
 * Cloud images of Linux distributions for drivers that boot virtual machines on this computer.
 *
 * @packageDocumentation
 */
export type { Architecture, CloudImage, GuestHardware, ImageFormat, ImageHost } from "./cloud-image.js";
