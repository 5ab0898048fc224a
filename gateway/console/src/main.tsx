import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queries } from './api/query';
import { screens } from './app/screens';
import { SessionGate } from './app/session';
import { Shell } from './app/Shell';
import { SecondLookDesk } from './app/secondLook';
import { SigningDesk } from './app/signing';
import { Toasts } from './ui/Toasts';
import './ui/tokens.css';
import './ui/base.css';
import './ui/ui.css';
import './app/shell.css';

createRoot(document.getElementById('console')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <SessionGate>
        <SecondLookDesk>
          <SigningDesk>
            <Toasts><Shell screens={screens} /></Toasts>
          </SigningDesk>
        </SecondLookDesk>
      </SessionGate>
    </QueryClientProvider>
  </StrictMode>,
);
