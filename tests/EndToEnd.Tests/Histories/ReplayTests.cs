using System.Collections.Concurrent;
using System.Globalization;
using Doseline.EndToEnd.Tests.Stories;
using Doseline.Platform.Auth;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.EndToEnd.Tests.Histories;

/// <summary>Everything that was done from an order to its door, done again.</summary>
public sealed class ReplayTests
{
    const int Times = 3;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Requirement("A054", "A182")]
    public async Task Calls_and_facts_that_come_again_and_again_leave_every_row_of_every_database_as_it_is_to_the_byte(bool postgres)
    {
        Recorder recorder = new();
        await using var story = await Story.BeginAsync("LU177-PSMA", builder => builder.Services.AddSingleton(recorder).Configure<GrpcServiceOptions>(grpc => grpc.Interceptors.Add<Recorder>()), postgres: postgres);
        await story.MakeAsync();
        await story.ReleaseAsync();
        await story.PackAsync();
        await story.ShipAsync();
        await story.DeliverAsync();
        await story.Platform.SettleAsync();
        recorder.Stands = true;
        var calls = recorder.Calls.ToList();
        calls.Select(c => c.Method.FullName).Distinct().Count().ShouldBeGreaterThan(40);
        var before = await DumpAsync(story.Platform);
        before.Keys.Select(k => k.Split('.')[0]).Distinct().Count().ShouldBe(9);

        for (var again = 0; again < Times; again++)
        {
            foreach (var call in calls)
            {
                var answer = await story.Platform.Host.As(call.Caller).AsyncUnaryCall(call.Method, null, default, call.Request).ResponseAsync;
                Convert.ToHexString(answer).ShouldBe(Convert.ToHexString(call.Answer), $"{call.Method.FullName} by {call.Caller.Subject}");
            }

            await story.Platform.SettleAsync();
            Same(await DumpAsync(story.Platform), before);
        }

        for (var again = 0; again < Times; again++)
        {
            await ReadAllAgainAsync(story.Platform);
            Same(await DumpAsync(story.Platform), before);
        }
    }

    // Every listener stands before the first fact of every log.
    static async Task ReadAllAgainAsync(TestPlatform platform)
    {
        await using (var scope = platform.Host.Services.CreateAsyncScope())
        {
            var databases = platform.Host.Services.GetRequiredService<DatabaseTable>();
            foreach (var publisher in databases.Services)
            {
                foreach (var listener in platform.Host.Services.GetRequiredService<FactTable>().ListenersOf(publisher)) await databases.Of(listener, scope.ServiceProvider).SetBackAsync(publisher, 0, "");
                platform.Host.Services.GetRequiredService<Bell>().Ring(publisher);
            }
        }

        await platform.SettleAsync();
    }

    static void Same(Dictionary<string, List<string>> now, Dictionary<string, List<string>> before)
    {
        foreach (var (table, rows) in before)
        {
            now[table].Except(rows, StringComparer.Ordinal).ShouldBeEmpty(table);
            rows.Except(now[table], StringComparer.Ordinal).ShouldBeEmpty(table);
            now[table].Count.ShouldBe(rows.Count, table);
        }
    }

    // Every row as the database gives it back, whichever table of ours it is in; but for where a listener stands in a log and which replica may read it,
    // which is what reading again changes.
    static async Task<Dictionary<string, List<string>>> DumpAsync(TestPlatform platform)
    {
        Dictionary<string, List<string>> all = new(StringComparer.Ordinal);
        await using var scope = platform.Host.Services.CreateAsyncScope();
        var databases = platform.Host.Services.GetRequiredService<DatabaseTable>();
        foreach (var service in databases.Services)
        {
            var db = databases.Of(service, scope.ServiceProvider);
            await db.Database.OpenConnectionAsync();
            foreach (var table in db.Model.GetEntityTypes().Select(t => t.GetTableName()).OfType<string>().Distinct(StringComparer.Ordinal).Where(t => t is not ("cursors" or "leases")))
            {
                await using var command = db.Database.GetDbConnection().CreateCommand();
                command.CommandText = $"SELECT * FROM \"{table}\"";
                await using var reader = await command.ExecuteReaderAsync();
                List<string> rows = [];
                while (await reader.ReadAsync()) rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => $"{reader.GetName(i)}={Text(reader.GetValue(i))}")));
                all[$"{service}.{table}"] = rows;
            }
        }

        return all;
    }

    static string Text(object value) => value switch
    {
        byte[] bytes => Convert.ToHexString(bytes),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        var other => Convert.ToString(other, CultureInfo.InvariantCulture)!,
    };

    sealed record Call(Method<byte[], byte[]> Method, byte[] Request, Caller Caller, byte[] Answer);

    // Within the pipeline, so that it sees who calls, and only what was done.
    sealed class Recorder : Interceptor
    {
        static readonly Marshaller<byte[]> Bytes = Marshallers.Create(bytes => bytes, bytes => bytes);

        public ConcurrentQueue<Call> Calls { get; } = [];

        public bool Stands { get; set; }

        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            var asked = ((IMessage)request).ToByteArray();
            var response = await continuation(request, context);
            var services = context.GetHttpContext().RequestServices;
            if (services.GetRequiredService<MethodTable>().Find(context.Method) is not { Policy.Mutates: true } || Stands) return response;
            var parts = context.Method.Split('/');
            Calls.Enqueue(new Call(new Method<byte[], byte[]>(MethodType.Unary, parts[1], parts[2], Bytes, Bytes), asked, services.GetRequiredService<RequestContext>().Caller, ((IMessage)response).ToByteArray()));
            return response;
        }
    }
}
