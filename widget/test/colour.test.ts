import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contrast, readable, textOn, tint } from '../src/colour';

test('contrast as WCAG defines it', () => {
  assert.equal(contrast('#000000', '#ffffff').toFixed(2), '21.00');
  assert.equal(contrast('#777777', '#ffffff').toFixed(2), '4.48');
  assert.equal(contrast('#ffffff', '#767676').toFixed(2), '4.54');
});

test('text is readable on and beside any brand colour', () => {
  const steps = ['00', '33', '66', '80', '99', 'cc', 'ff'];
  for (const r of steps) for (const g of steps) for (const b of steps) {
    const brand = `#${r}${g}${b}`;
    assert.ok(contrast(textOn(brand), brand) >= 4.5, `text on ${brand}`);
    for (const background of ['#ffffff', '#f2f4f7', '#16181d', '#24272e']) {
      assert.ok(contrast(readable(brand, background, 4.6), background) >= 4.5, `${brand} beside ${background}`);
      const tinted = tint(brand, background, 0.25);
      assert.ok(contrast(readable(brand, tinted, 4.6), tinted) >= 4.5, `${brand} on its tint over ${background}`);
    }
  }
});

test('a brand colour that reads well already is left alone', () => {
  assert.equal(readable('#2456c9', '#ffffff', 4.6), '#2456c9');
});
