// Reads: kept by method and request, shared by every part of a screen, asked again when something was changed here.
import { create, toJsonString, type DescMessage, type DescMethodUnary, type MessageInitShape, type MessageShape } from '@bufbuild/protobuf';
import { QueryClient, useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import { problemOf, type Problem } from './refusals';
import { call } from './transport';

/** The store of what was read. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A refusal will not change by asking again at once; a broken connection may.
      retry: (count, fault) => problemOf(fault).uncertain && count < 2,
      refetchOnWindowFocus: true,
    },
  },
});

// What is on a screen is read again in this rhythm where nothing better is known: nobody decides by a figure of this morning.
const everySecondsUnsaid = 60;

/** What a read stands at. */
export interface Read<T> {
  readonly data: T | undefined;
  readonly problem: Problem | null;
  readonly loading: boolean;
  refresh(): void;
}

const keyOf = <I extends DescMessage>(method: { name: string; parent: { typeName: string }; input: I }, input: MessageInitShape<I>) =>
  [method.parent.typeName, method.name, toJsonString(method.input, create(method.input, input as never) as never)] as const;

/** Reads once and again after changes; null asks nothing. `everySeconds` asks again in that rhythm. */
export function useRead<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>, input: MessageInitShape<I> | null, options: { everySeconds?: number; keep?: boolean } = {},
): Read<MessageShape<O>> {
  const query = useQuery({
    queryKey: input === null ? [method.parent.typeName, method.name, null] : keyOf(method, input),
    queryFn: ({ signal }) => call(method, input as MessageInitShape<I>, signal),
    enabled: input !== null,
    refetchInterval: (options.everySeconds ?? everySecondsUnsaid) * 1000,
    placeholderData: options.keep ? (earlier) => earlier : undefined,
    // Messages hold bigints, which the library's comparison by JSON cannot take.
    structuralSharing: false,
  });
  return {
    data: query.data as MessageShape<O> | undefined,
    problem: query.error ? problemOf(query.error) : null,
    loading: query.isPending && input !== null,
    refresh: () => void query.refetch(),
  };
}

/** Asks several hosts the same, each by a service that it hosts; what could not be read is undefined. */
export function useHosts<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>, hosts: readonly string[], options: { everySeconds?: number } = {},
): (MessageShape<O> | undefined)[] {
  return useQueries({
    queries: hosts.map((host) => ({
      queryKey: [method.parent.typeName, method.name, 'host', host], queryFn: ({ signal }: { signal: AbortSignal }) => call(method, {} as MessageInitShape<I>, signal, host),
      refetchInterval: (options.everySeconds ?? everySecondsUnsaid) * 1000, structuralSharing: false as const,
    })),
  }).map((query) => (query.isError ? undefined : (query.data as MessageShape<O> | undefined)));
}

/** What a list stands at. */
export interface List<T> extends Read<T[]> {
  readonly more: boolean;
  loadMore(): void;
}

type Paged = { nextPageToken: string };

/** Reads a list page by page; `take` names its rows. All pages up to `atOnce` are read without being asked for. */
export function useList<I extends DescMessage, O extends DescMessage, T>(
  method: DescMethodUnary<I, O>, input: MessageInitShape<I> | null, take: (page: MessageShape<O>) => readonly T[],
  options: { everySeconds?: number } = {},
): List<T> {
  const query = useInfiniteQuery({
    queryKey: input === null ? [method.parent.typeName, method.name, 'pages', null] : [...keyOf(method, input), 'pages'],
    queryFn: ({ signal, pageParam }) => call(method, { ...(input as object), pageToken: pageParam } as unknown as MessageInitShape<I>, signal),
    initialPageParam: '',
    getNextPageParam: (page: MessageShape<O>) => (page as unknown as Paged).nextPageToken || undefined,
    enabled: input !== null,
    refetchInterval: (options.everySeconds ?? everySecondsUnsaid) * 1000,
    structuralSharing: false,
  });
  return {
    data: query.data?.pages.flatMap((page) => take(page as MessageShape<O>) as T[]),
    problem: query.error ? problemOf(query.error) : null,
    loading: query.isPending && input !== null,
    more: query.hasNextPage,
    refresh: () => void query.refetch(),
    loadMore: () => void query.fetchNextPage(),
  };
}

/** Everything that was read of a service is asked again: something of it changed. */
export const changed = (...typeNames: string[]): Promise<void> =>
  queries.invalidateQueries({ predicate: (query) => typeNames.length === 0 || typeNames.includes(query.queryKey[0] as string) });
