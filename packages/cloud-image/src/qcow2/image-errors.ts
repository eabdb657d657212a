import { DriverError } from "@docker-machine/driver-sdk";

/** The error for an image that contradicts itself or ends too early. `problem` completes "The image debian-13 is damaged:". */
export function damaged(name: string, problem: string, cause?: unknown): DriverError {
  return new DriverError("IMAGE_DAMAGED", `The image ${name} is damaged: ${problem}.`, {
    cause,
    suggestions: ["Look at it: qemu-img check FILE", "Fetch or make it again."],
  });
}

/** The error for an image of a kind that can't be read here. `problem` completes "The image debian-13". */
export function unsupported(name: string, problem: string): DriverError {
  return new DriverError("IMAGE_FORMAT_UNSUPPORTED", `The image ${name} ${problem}, which can't be read here.`, {
    suggestions: ["Convert it, and name the new file: qemu-img convert -O raw OLD NEW.raw"],
  });
}
