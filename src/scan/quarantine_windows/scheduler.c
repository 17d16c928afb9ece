/* SPDX-License-Identifier: Apache-2.0 */
/* What an interface gives is of the moment at which the task was asked for, so that it is asked for
 * each time. */
#include "scan/quarantine_windows/scheduler.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "base/windows/wide.h"

#include <taskschd.h>
#include <windows.h>

enum { XML_BYTES = 8 << 20 };

struct scheduler {
    bool is_begun; /* of COM, in this thread */
    ITaskService *service;
    ITaskFolder *root;
};

/* Many faults of the service are those of the system with another number. */
static errcode
fault(HRESULT result, const char *what, const char *name, struct err *err)
{
    bool is_system = HRESULT_FACILITY(result) == FACILITY_WIN32;
    SetLastError(is_system ? (DWORD)HRESULT_CODE(result) : (DWORD)result);
    return err_set_errno(err, "the Task Scheduler: cannot %s%s", what, name);
}

static HRESULT
connect(struct scheduler *scheduler)
{
    static const VARIANT here = {.vt = VT_EMPTY}; /* this computer, this user */
    HRESULT result = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    scheduler->is_begun = SUCCEEDED(result);
    BSTR root = SysAllocString(L"\\");
    require(root);
    /* Begun in another way by others does no harm. */
    if (scheduler->is_begun || result == RPC_E_CHANGED_MODE)
        result = CoCreateInstance(&CLSID_TaskScheduler, NULL, CLSCTX_INPROC_SERVER,
                                  &IID_ITaskService, (void **)&scheduler->service);
    if (SUCCEEDED(result))
        result = ITaskService_Connect(scheduler->service, here, here, here, here);
    if (SUCCEEDED(result))
        result = ITaskService_GetFolder(scheduler->service, root, &scheduler->root);
    SysFreeString(root);
    return result;
}

errcode
scheduler_open(struct scheduler **ret, struct err *err)
{
    struct scheduler *scheduler = mem_calloc(1, sizeof *scheduler);
    HRESULT result = connect(scheduler);
    if (SUCCEEDED(result)) {
        *ret = scheduler;
        return OK;
    }
    scheduler_close(scheduler);
    return fault(result, "be reached", "", err);
}

void
scheduler_close(struct scheduler *scheduler)
{
    if (!scheduler)
        return;
    if (scheduler->root)
        ITaskFolder_Release(scheduler->root);
    if (scheduler->service)
        ITaskService_Release(scheduler->service);
    if (scheduler->is_begun)
        CoUninitialize();
    free(scheduler);
}

static errcode
find(const struct scheduler *scheduler, const char *name, IRegisteredTask **ret, struct err *err)
{
    cleanup(cleanup_free) wchar_t *wide = wide_text(name);
    if (!wide)
        return err_set(err, ERR_FORMAT, "the name of the task %s is not UTF-8", name);
    BSTR path = SysAllocString(wide);
    require(path);
    HRESULT result = ITaskFolder_GetTask(scheduler->root, path, ret);
    SysFreeString(path);
    return SUCCEEDED(result) ? OK : fault(result, "find the task ", name, err);
}

static errcode
read_task(IRegisteredTask *task, const char *name, struct scheduled *ret, struct err *err)
{
    VARIANT_BOOL is_enabled = VARIANT_FALSE;
    BSTR xml = NULL;
    struct buf out = BUF(XML_BYTES);
    HRESULT result = IRegisteredTask_get_Enabled(task, &is_enabled);
    if (SUCCEEDED(result))
        result = IRegisteredTask_get_Xml(task, &xml);
    if (FAILED(result))
        return fault(result, "read the task ", name, err);
    buf_str(&out, STR("\xff\xfe"));
    buf_add(&out, xml, sizeof *xml * SysStringLen(xml));
    SysFreeString(xml);
    errcode code = buf_check(&out, "the description of a task", err);
    if (code == OK)
        *ret = (struct scheduled){is_enabled != VARIANT_FALSE, out};
    else
        buf_clear(&out);
    return code;
}

errcode
scheduler_look(const struct scheduler *scheduler, const char *name, struct scheduled *ret,
               struct err *err)
{
    IRegisteredTask *task;
    errcode code = find(scheduler, name, &task, err);
    if (code == OK) {
        code = read_task(task, name, ret, err);
        IRegisteredTask_Release(task);
    }
    return code;
}

void
scheduled_clear(struct scheduled *scheduled)
{
    buf_clear(&scheduled->xml);
}

errcode
scheduler_switch(const struct scheduler *scheduler, const char *name, bool is_on, struct err *err)
{
    IRegisteredTask *task;
    errcode code = find(scheduler, name, &task, err);
    if (code != OK)
        return code;
    HRESULT result = IRegisteredTask_put_Enabled(task, is_on ? VARIANT_TRUE : VARIANT_FALSE);
    IRegisteredTask_Release(task);
    return SUCCEEDED(result)
               ? OK
               : fault(result, is_on ? "enable the task " : "disable the task ", name, err);
}
