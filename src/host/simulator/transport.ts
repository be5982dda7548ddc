// The simulator as a cluster like any other: requests and watches go to the worker as messages.
import { type Failure, FailureError, failureOfResponse } from '../../cluster/failure.ts';
import type {
  Transport,
  TransportRequest,
  TransportResponse,
  TransportWatch,
  WatchHandler,
} from '../../cluster/transport.ts';
import type { WireRequest } from '../../protocol/worker.ts';
import { SimulatorError, type WorkerClient } from '../../protocol/worker-client.ts';

function wire(request: TransportRequest): WireRequest {
  const { method, path, body, contentType, asUser } = request;
  const query = Object.fromEntries(Object.entries(request.query ?? {}).map(([k, v]) => [k, [v]]));
  return {
    method,
    path,
    query,
    ...(body === undefined ? {} : { body }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(asUser ? {} : { observer: true }),
  };
}

function toFailure(error: unknown): Failure {
  if (error instanceof SimulatorError) return { kind: 'stopped', detail: error.message };
  return { kind: 'other', detail: error instanceof Error ? error.message : String(error) };
}

function unanswered(text: string | undefined): Failure {
  return { kind: 'api-server-stopped', detail: text ?? 'connection refused' };
}

/** Closing it ends its watches; the worker lives on, it belongs to the session. */
export function simulatorTransport(client: WorkerClient): Transport {
  const watches = new Set<TransportWatch>();
  return {
    async request(request): Promise<TransportResponse> {
      try {
        const { code, body, text } = await client.call('request', wire(request));
        if (code === 0) throw new FailureError(unanswered(text));
        return { code, body };
      } catch (error) {
        throw error instanceof FailureError ? error : new FailureError(toFailure(error));
      }
    },
    watch(path, query, handler: WatchHandler): TransportWatch {
      let open = true;
      const end = (failure?: Failure): void => {
        if (!open) return;
        open = false;
        watches.delete(watch);
        handler.end(failure);
      };
      const { opened, stop } = client.watch(wire({ method: 'GET', path, query }), {
        events: (events) => handler.events(events),
        end: () => end(),
      });
      opened.then(
        ({ code, body, text }) => {
          const failure = code === 0 ? unanswered(text) : failureOfResponse(code, body ?? {});
          if (failure) end(failure);
          else if (open) handler.open();
        },
        (error: unknown) => end(toFailure(error)),
      );
      const watch: TransportWatch = {
        stop: () => {
          if (!open) return;
          open = false;
          watches.delete(watch);
          stop();
        },
      };
      watches.add(watch);
      return watch;
    },
    close(): void {
      for (const watch of [...watches]) watch.stop();
    },
  };
}
