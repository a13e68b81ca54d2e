import { describe, it, expect } from "vitest";
throw new Error("cannot load");
