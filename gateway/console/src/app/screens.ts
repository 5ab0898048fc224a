// The screens: address, key, and the code that is fetched when one is opened.
// They import what stands in this folder, so it is handed the list and imports it nowhere.
import { lazy } from 'react';
import type { ScreenEntry } from './screen';

/** Every screen in the order of the rail. Each page matches the addresses below its own itself. */
export const screens: readonly ScreenEntry[] = [
  { id: 'board', path: '/', for: 'all', key: 'b', page: lazy(() => import('../screens/board/Board')), sign: 'M3 5h18M3 12h18M3 19h18M14 3v18' },
  { id: 'orders', path: '/orders', for: ['supply_desk', 'planner', 'qa'], key: 'o', page: lazy(() => import('../screens/orders/Orders')), sign: 'M5 3h14v18H5zM8 8h8M8 12h8M8 16h4' },
  { id: 'batches', path: '/batches', for: ['operator', 'verifier', 'qa', 'planner'], key: 'e', page: lazy(() => import('../screens/batches/Batches')), sign: 'M9 3h6M10 3v6l-5 10a1.5 1.5 0 0 0 1.4 2h11.2a1.5 1.5 0 0 0 1.4-2L14 9V3M7.5 15h9' },
  { id: 'cells', path: '/cells', for: ['operator', 'verifier', 'radiation_safety', 'planner'], key: 'c', page: lazy(() => import('../screens/cells/Cells')), sign: 'M3 4h18v16H3zM3 9h18M8 13a2 2 0 1 0 0 4a2 2 0 0 0 0-4M16 13a2 2 0 1 0 0 4a2 2 0 0 0 0-4' },
  { id: 'review', path: '/review', for: ['qa', 'qc_analyst'], key: 'q', page: lazy(() => import('../screens/review/Review')), sign: 'M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6zM8.5 12l2.5 2.5 4.5-5' },
  { id: 'possession', path: '/possession', for: ['radiation_safety', 'operator'], key: 'p', page: lazy(() => import('../screens/possession/Possession')), sign: 'M12 12m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0M12 7V3M16 14.5l3.5 2M8 14.5l-3.5 2M12 21a9 9 0 1 1 0-18a9 9 0 0 1 0 18' },
  { id: 'labels', path: '/labels', for: ['operator', 'shipping', 'qa'], key: 'l', page: lazy(() => import('../screens/labels/Labels')), sign: 'M3 7h12l6 5-6 5H3zM7 12h6' },
  { id: 'shipping', path: '/shipping', for: ['shipping', 'radiation_safety'], key: 's', page: lazy(() => import('../screens/shipping/Shipping')), sign: 'M2 7h12v9H2zM14 10h4l4 3v3h-8M6.5 18.5m-1.8 0a1.8 1.8 0 1 0 3.6 0a1.8 1.8 0 1 0-3.6 0M17.5 18.5m-1.8 0a1.8 1.8 0 1 0 3.6 0a1.8 1.8 0 1 0-3.6 0' },
  { id: 'waste', path: '/waste', for: ['radiation_safety', 'operator'], key: 'w', page: lazy(() => import('../screens/waste/Waste')), sign: 'M5 7h14l-1.4 14H6.4zM4 4h16v3H4zM12 11v3M9.5 18l2.5-4 2.5 4' },
  { id: 'people', path: '/people', for: ['administrator', 'qa'], key: 'u', page: lazy(() => import('../screens/people/People')), sign: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c.6-4.2 3.6-6.5 8-6.5s7.4 2.3 8 6.5' },
  { id: 'trace', path: '/trace', for: 'all', key: 't', page: lazy(() => import('../screens/trace/Trace')), sign: 'M4 6h5l6 12h5M4 18h5l2-4M13 10l2-4h5' },
  { id: 'master', path: '/master', for: ['master_data_steward', 'qa'], key: 'm', page: lazy(() => import('../screens/master/Master')), sign: 'M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zM4 6v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3' },
  { id: 'system', path: '/system', for: ['administrator', 'auditor'], key: 'y', page: lazy(() => import('../screens/system/System')), sign: 'M4 4h16v6H4zM4 14h16v6H4zM8 7h.01M8 17h.01M12 7h5M12 17h5' },
];
