using Doseline.Platform.Rpc;
using Doseline.Quality.V1;
using Grpc.Core;

namespace Doseline.Local.Day;

/// <summary>Follows a recall: the desk asks each consignee and writes down what it says, and QA closes the case.</summary>
sealed class DayRecalls(DayPeople people, DayKeys keys, DayJournal journal)
{
    readonly RecallsService.RecallsServiceClient desk = new(people.SupplyDesk);
    readonly RecallsService.RecallsServiceClient quality = new(people.Qa);

    /// <summary>Recalls that were closed before every consignee had answered; there must be none.</summary>
    public int ClosedTooEarly { get; private set; }

    /// <summary>The recall of a batch as it stands.</summary>
    public async Task<GetRecallResponse> OfBatchAsync(string batchId)
    {
        ListRecallsRequest list = new() { PageSize = 500 };
        var recall = (await quality.ListRecallsAsync(list)).Recalls.Single(r => r.BatchId == batchId);
        return await quality.GetRecallAsync(new GetRecallRequest { RecallId = recall.RecallId });
    }

    /// <summary>A consignee answers: what was given cannot come back, the rest is destroyed where it is.</summary>
    public async Task AnswerAsync(DayOrder order, string batchId, DateTimeOffset now)
    {
        var recall = await OfBatchAsync(batchId);
        await desk.AnswerRecallAsync(new AnswerRecallRequest
        {
            RequestId = keys.Of("recall-answer", order.Input.Order), RecallId = recall.Recall.RecallId, DoseId = order.DoseId,
            State = (order.GivenLate ?? order.Administration) <= now ? RecalledState.Given : RecalledState.Destroyed, Remark = "asked by telephone",
        });
    }

    /// <summary>QA closes the case; before the last answer it only tries, and is refused.</summary>
    public async Task CloseAsync(string run, string batchId, bool tooEarly)
    {
        var recall = (await OfBatchAsync(batchId)).Recall;
        CloseRecallRequest close = new()
        {
            RequestId = keys.Of("recall-close", run, tooEarly ? "early" : "last"), RecallId = recall.RecallId, Conclusion = "consignees informed, physicians notified",
            Version = journal.VersionOf($"close recall {run} {tooEarly}", recall.Version),
        };
        try
        {
            await quality.CloseRecallAsync(close);
            if (tooEarly) ClosedTooEarly++;
        }
        catch (RpcException fault) when (tooEarly && RpcErrors.Read(fault).Any(r => r.Code == "CONSIGNEE_NOT_ANSWERED"))
        {
            // As it has to be.
        }
    }
}
