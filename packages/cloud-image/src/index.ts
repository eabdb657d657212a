/**
 * Cloud images of Linux distributions for drivers that boot virtual machines on this computer.
 *
 * @packageDocumentation
 */
export type { Architecture, CloudImage, GuestHardware, ImageFormat, ImageHost } from "./cloud-image.js";
export { DEFAULT_IMAGE, type FindImageOptions, findImage } from "./find-image.js";
export type { Digest, DownloadImage, FileImage, ImageSource, SignedBuild } from "./image-source.js";
export { obtainImage } from "./obtain-image.js";
export { rawImage } from "./raw-image.js";
export type { NetworkConfig, NetworkInterface, NetworkRoute } from "./seed/network-config.js";
export type { Seed, SeedProxy, SharedFolder } from "./seed/seed.js";
export { checkSeed, writeSeed } from "./seed/write-seed.js";
