import { describe, expect, test } from "vitest";
import { checkPortForwards, parsePortForward } from "../src/port-forward.js";

describe("a forwarded port", () => {
  test("is one of 127.0.0.1 unless an address is given", () => {
    expect(parsePortForward("8080:80")).toEqual({ address: "127.0.0.1", hostPort: 8080, guestPort: 80, protocol: "tcp" });
    expect(parsePortForward("0.0.0.0:53:5353/udp")).toEqual({ address: "0.0.0.0", hostPort: 53, guestPort: 5353, protocol: "udp" });
  });

  test.each(["80", "0:80", "80:65536", "localhost:80:80", "1.2.3:80:80", "80:80/sctp", "80:80,hostfwd=tcp::1-:1", "", " 80:80"])(
    "is refused as %j",
    (text) => {
      expect(() => parsePortForward(text)).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
    },
  );

  test("is refused twice, but not over another protocol or address", () => {
    const ports = ["8080:80", "8080:80/udp", "192.0.2.1:8080:80"];
    expect(() => checkPortForwards({ ports, network: "user" })).not.toThrow();
    expect(() => checkPortForwards({ ports: [...ports, "8080:81"], network: "user" })).toThrow(/no other --qemu-port/);
  });

  test("is refused on a network where the guest has an address of its own", () => {
    expect(() => checkPortForwards({ ports: ["8080:80"], network: "bridge" })).toThrow(/absent with --qemu-network bridge/);
  });
});
