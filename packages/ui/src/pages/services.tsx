import type { JSX } from "preact";

export function ServicesPage(): JSX.Element {
  return <h1>Services</h1>;
}
