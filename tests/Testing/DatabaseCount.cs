using System.Data.Common;
using System.Diagnostics.Metrics;
using Doseline.Execution.Data;
using Doseline.Identity.Data;
using Doseline.Inventory.Data;
using Doseline.Labeling.Data;
using Doseline.Orders.Data;
using Doseline.Platform.Data;
using Doseline.Quality.Data;
using Doseline.Shipping.Data;
using Doseline.Waste.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Testing;

/// <summary>Counts what one platform asks of its databases: messages that look rows up, commands past the lanes, and commits.</summary>
sealed class DatabaseCount : DbCommandInterceptor, IDisposable
{
    readonly MeterListener listener = new();
    long lookups;
    long commits;
    long commands;

    /// <summary>What was counted so far.</summary>
    public (long Lookups, long Commands, long Commits) Now => (Interlocked.Read(ref lookups), Interlocked.Read(ref commands), Interlocked.Read(ref commits));

    /// <summary>Counts the commands of every database that is built.</summary>
    public void Configure(WebApplicationBuilder builder)
    {
        Of<OrdersDb>();
        Of<ExecutionDb>();
        Of<InventoryDb>();
        Of<QualityDb>();
        Of<LabelingDb>();
        Of<ShippingDb>();
        Of<WasteDb>();
        Of<IdentityDb>();

        void Of<TDb>() where TDb : DbContext => builder.Services.ConfigureDbContext<TDb>(options => options.AddInterceptors(this));
    }

    /// <summary>Counts the lanes of a platform that was built.</summary>
    public void Watch(IServiceProvider services)
    {
        var meter = services.GetRequiredService<LaneMeter>().Meter;
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter == meter) l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            if (instrument.Name is "read_messages") Interlocked.Add(ref lookups, value);
            if (instrument.Name is "write_commits") Interlocked.Add(ref commits, value);
        });
        listener.Start();
    }

    public void Dispose() => listener.Dispose();

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref commands);
        return base.ReaderExecutingAsync(command, eventData, result, cancellationToken);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref commands);
        return base.NonQueryExecutingAsync(command, eventData, result, cancellationToken);
    }
}
