import "./tokens.css";
import "uplot/dist/uPlot.min.css";
import "./app.css";
import "./pages.css";
import { type JSX, render } from "preact";
import { ComparePage } from "../pages/compare.tsx";
import { ProfilePage } from "../pages/profile.tsx";
import { ServicesPage } from "../pages/services.tsx";
import { useView } from "../state/url-store.ts";
import { Shell } from "./shell.tsx";
import { applyTheme, storedTheme } from "./theme.ts";

function Page(): JSX.Element {
  const { page } = useView();
  if (page === "profile") return <ProfilePage />;
  return page === "compare" ? <ComparePage /> : <ServicesPage />;
}

applyTheme(storedTheme());
const root = document.getElementById("app");
if (root !== null) {
  render(
    <Shell>
      <Page />
    </Shell>,
    root,
  );
}
