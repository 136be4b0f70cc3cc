import { Suspense } from 'react';
import { Sign } from '@/components/pages/sign';

export default function Page() {
  return (
    <Suspense>
      <Sign kind="in" />
    </Suspense>
  );
}
