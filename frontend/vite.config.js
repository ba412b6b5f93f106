import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';
import tailwind from '@tailwindcss/vite';

// Documents printed by typst need plain TrueType files under names that never change,
// so these four are copied beside the hashed files of the pages.
const PDF_FONTS = {
  'Inter-Regular': '400Regular/Inter_400Regular',
  'Inter-Medium': '500Medium/Inter_500Medium',
  'Inter-SemiBold': '600SemiBold/Inter_600SemiBold',
  'Inter-Bold': '700Bold/Inter_700Bold',
};

const pdfFonts = {
  name: 'pdf-fonts',
  generateBundle() {
    for (const [name, path] of Object.entries(PDF_FONTS)) {
      const source = readFileSync(new URL(`node_modules/@expo-google-fonts/inter/${path}.ttf`, import.meta.url));
      this.emitFile({ type: 'asset', fileName: `fonts/${name}.ttf`, source });
    }
  },
};

export default defineConfig({
  base: '/static/dist/',
  plugins: [tailwind(), pdfFonts],
  build: {
    manifest: 'manifest.json',
    outDir: 'dist',
    assetsInlineLimit: 0,
    rollupOptions: { input: ['src/main.js'] },
  },
});
