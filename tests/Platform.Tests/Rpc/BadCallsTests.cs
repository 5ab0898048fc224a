using Doseline.Execution.V1;
using Doseline.Platform.Hosting;
using Doseline.Testing;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Doseline.Platform.Tests.Rpc;

/// <summary>Calls that cannot succeed: what the caller is told, what stays as it was, and what the log says.</summary>
public sealed class BadCallsTests
{
    [Fact]
    [Requirement("A184")]
    public async Task A_call_whose_deadline_has_passed_changes_nothing()
    {
        await using var platform = await TestPlatform.StartAsync();
        EquipmentService.EquipmentServiceClient steward = new(platform.As("master_data_steward"));
        var fault = await Assert.ThrowsAsync<RpcException>(async () => await steward.PutEquipmentAsync(
            new PutEquipmentRequest { RequestId = TestPlatform.RequestId(), Equipment = new Equipment { Code = "E1" }, Reason = "new" }, deadline: WallClock.UtcNow.UtcDateTime.AddSeconds(-1)));
        fault.StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
        (await steward.ListEquipmentAsync(new ListEquipmentRequest())).Equipment.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_log_names_a_refused_request_with_every_code()
    {
        using LogLines lines = new();
        await using var platform = await TestPlatform.StartAsync(configure: builder => builder.Logging.AddProvider(lines).SetMinimumLevel(LogLevel.Information));
        var request = new PutEquipmentRequest { RequestId = TestPlatform.RequestId(), Equipment = new Equipment(), Reason = "new" };
        var codes = (await TestPlatform.RefusalsAsync(async () => await new EquipmentService.EquipmentServiceClient(platform.As("master_data_steward")).PutEquipmentAsync(request))).Select(r => r.Code).ToList();

        codes.ShouldNotBeEmpty();
        var line = lines.All.Single(l => l.Text.Contains(request.RequestId, StringComparison.Ordinal)).Text;
        foreach (var code in codes) line.ShouldContain(code);
    }
}
