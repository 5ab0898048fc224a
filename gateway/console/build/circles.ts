import { relative } from 'node:path';
import type { Plugin } from 'vite';

/** Fails the build when files import each other in a circle, and names it. What is imported as a type alone is no import. */
export function noCircles(): Plugin {
  return {
    name: 'no-circles',
    apply: 'build',
    buildEnd(failed) {
      if (failed) return;
      const done = new Set<string>();
      const path: string[] = [];
      const visit = (id: string) => {
        if (path.includes(id)) {
          const circle = [...path.slice(path.indexOf(id)), id].map((file) => relative(process.cwd(), file));
          this.error(`Files import each other in a circle: ${circle.join(' → ')}`);
        }
        if (done.has(id)) return;
        done.add(id);
        path.push(id);
        const { importedIds = [], dynamicallyImportedIds = [] } = this.getModuleInfo(id) ?? {};
        for (const next of [...importedIds, ...dynamicallyImportedIds]) if (!next.includes('node_modules')) visit(next);
        path.pop();
      };
      for (const id of this.getModuleIds()) if (!id.includes('node_modules')) visit(id);
    },
  };
}
