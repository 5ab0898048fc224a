using Doseline.Execution.Data;
using Doseline.Execution.V1;
using Doseline.Kernel.Decay;
using Doseline.Platform.Rpc;

namespace Doseline.Execution.Api;

/// <summary>Runs as sent.</summary>
static class RunWire
{
    public static Run ToWire(this RunRow run, RunRoomRow room) => new()
    {
        RunId = run.Id,
        SiteId = run.SiteId,
        ProductCode = run.ProductCode,
        RecipeCode = run.RecipeCode,
        HotCellId = run.HotCellId,
        StartTime = run.StartTime.ToWire(),
        EndOfSynthesisTime = run.EndOfSynthesisTime.ToWire(),
        ReleaseTime = run.ReleaseTime.ToWire(),
        DoseCapacity = run.DoseCapacity,
        DosesReserved = room.DosesReserved,
        Yield = run.Yield.ToWire(),
        Reserved = run.Yield.WithAmount(new Activity(Math.Max(0, room.ReservedBq))).ToWire(),
        State = (RunState)(int)run.State,
    };
}
