/** The package of npm that a short name stands for. */
export function packageOfName(name: string): string {
  return name.startsWith("docker-machine-driver-") ? name : `docker-machine-driver-${name}`;
}
