/* SPDX-License-Identifier: Apache-2.0 */
/* A library that stands for the Task Scheduler where a manifest beside a program says so: what wine
 * has of it enables and disables nothing. Tasks are files of UTF-16 below System32\Tasks, as those
 * of Windows are, and one is enabled when its file says so, which changes in one step. What
 * KHIEN_TEST_TASKS says goes wrong. */
#include "base/cleanup.h"
#include "base/require.h"
#include "base/str.h"

#include <taskschd.h>
#include <windows.h>

enum { XML_UNITS = 64 << 10 };

/* Whatever is held: each is one that has to be released. */
static LONG held;
static bool is_connected, is_silent;

INT_PTR task_service_held(void);
INT_PTR
task_service_held(void)
{
    return held;
}

static bool
is_wrong(const char *what)
{
    char word[32];
    DWORD n = GetEnvironmentVariableA("KHIEN_TEST_TASKS", word, sizeof word);
    return n > 0 && n < sizeof word && strcmp(word, what) == 0;
}

static HRESULT
give(void *object, REFIID wanted, REFIID own, void **ret)
{
    bool known = IsEqualIID(wanted, own) || IsEqualIID(wanted, &IID_IUnknown);
    *ret = known ? object : NULL;
    held += known;
    return known ? S_OK : E_NOINTERFACE;
}

/* ---- a task ---- */

struct registered {
    IRegisteredTask task;
    ULONG references;
    wchar_t path[MAX_PATH];
};

static HRESULT WINAPI
task_query(IRegisteredTask *task, REFIID wanted, void **ret)
{
    HRESULT result = give(task, wanted, &IID_IRegisteredTask, ret);
    ((struct registered *)task)->references += result == S_OK;
    return result;
}

static ULONG WINAPI
task_add(IRegisteredTask *task)
{
    held++;
    return ++((struct registered *)task)->references;
}

static ULONG WINAPI
task_release(IRegisteredTask *task)
{
    struct registered *own = (struct registered *)task;
    ULONG left = --own->references;
    held--;
    if (left == 0)
        free(own);
    return left;
}

/* N of them behind the mark; the caller frees. NULL: there is no such file. */
static wchar_t *
read_xml(const wchar_t *path, size_t *ret_n)
{
    wchar_t *text = mem_calloc(XML_UNITS, sizeof *text);
    DWORD n = 0;
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, 0, NULL);
    bool is_read = file != INVALID_HANDLE_VALUE &&
                   ReadFile(file, text, (XML_UNITS - 1) * sizeof *text, &n, NULL) && n >= 2;
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    if (!is_read || text[0] != 0xfeff) {
        free(text);
        return NULL;
    }
    *ret_n = n / sizeof *text - 1;
    memmove(text, text + 1, n - sizeof *text);
    text[*ret_n] = 0;
    return text;
}

static const wchar_t yes[] = L"<Enabled>true</Enabled>", no[] = L"<Enabled>false</Enabled>";

static HRESULT WINAPI
task_enabled(IRegisteredTask *task, VARIANT_BOOL *ret)
{
    size_t n;
    cleanup(cleanup_free) wchar_t *xml = read_xml(((struct registered *)task)->path, &n);
    if (!xml)
        return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    *ret = wcsstr(xml, no) ? VARIANT_FALSE : VARIANT_TRUE;
    return S_OK;
}

static HRESULT WINAPI
task_xml(IRegisteredTask *task, BSTR *ret)
{
    size_t n;
    cleanup(cleanup_free) wchar_t *xml = read_xml(((struct registered *)task)->path, &n);
    if (!xml)
        return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    *ret = SysAllocStringLen(xml, (UINT)n);
    return S_OK;
}

static void
replace_file(const wchar_t *path, const wchar_t *xml)
{
    static const wchar_t mark = 0xfeff;
    wchar_t other[MAX_PATH + 8];
    DWORD n;
    _snwprintf(other, MAX_PATH + 8, L"%ls.new", path);
    HANDLE file = CreateFileW(other, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    require(file != INVALID_HANDLE_VALUE);
    require(WriteFile(file, &mark, sizeof mark, &n, NULL));
    require(WriteFile(file, xml, (DWORD)(wcslen(xml) * sizeof *xml), &n, NULL));
    CloseHandle(file);
    require(MoveFileExW(other, path, MOVEFILE_REPLACE_EXISTING));
}

static HRESULT WINAPI
task_switch(IRegisteredTask *task, VARIANT_BOOL is_on)
{
    const wchar_t *path = ((struct registered *)task)->path;
    size_t n;
    cleanup(cleanup_free) wchar_t *xml = read_xml(path, &n);
    if (is_wrong("denied"))
        return E_ACCESSDENIED;
    if (is_wrong("idle"))
        return S_OK;
    require(is_on == VARIANT_TRUE || is_on == VARIANT_FALSE);
    wchar_t *at = xml ? wcsstr(xml, is_on ? no : yes) : NULL;
    if (at) {
        wchar_t *changed = mem_calloc(n + 8, sizeof *changed);
        _snwprintf(changed, n + 8, L"%.*ls%ls%ls", (int)(at - xml), xml, is_on ? yes : no,
                   at + wcslen(is_on ? no : yes));
        replace_file(path, changed);
        free(changed);
    }
    is_silent = is_wrong("silent");
    bool is_lost = is_silent || is_wrong("lost");
    return is_lost ? HRESULT_FROM_WIN32(RPC_S_CALL_FAILED) : S_OK;
}

static IRegisteredTaskVtbl task_calls = {.QueryInterface = task_query,
                                         .AddRef = task_add,
                                         .Release = task_release,
                                         .get_Enabled = task_enabled,
                                         .put_Enabled = task_switch,
                                         .get_Xml = task_xml};

/* ---- folder, service, class: one of each ---- */

static HRESULT WINAPI
find_task(ITaskFolder *above, BSTR name, IRegisteredTask **ret)
{
    (void)above;
    struct registered *own = mem_calloc(1, sizeof *own);
    wchar_t folder[MAX_PATH];
    GetSystemDirectoryW(folder, MAX_PATH);
    require(SysStringLen(name) == wcslen(name) && name[0] == L'\\');
    _snwprintf(own->path, MAX_PATH, L"%ls\\Tasks%ls", folder, name);
    DWORD about = GetFileAttributesW(own->path);
    if (is_silent || about == INVALID_FILE_ATTRIBUTES || about & FILE_ATTRIBUTE_DIRECTORY) {
        free(own);
        return HRESULT_FROM_WIN32(is_silent ? RPC_S_SERVER_UNAVAILABLE : ERROR_FILE_NOT_FOUND);
    }
    own->task.lpVtbl = &task_calls;
    task_add(&own->task);
    *ret = &own->task;
    return S_OK;
}

static ULONG WINAPI
folder_add(ITaskFolder *folder)
{
    (void)folder;
    return (ULONG)++held;
}

static ULONG WINAPI
folder_release(ITaskFolder *folder)
{
    (void)folder;
    return (ULONG)--held;
}

static HRESULT WINAPI
folder_query(ITaskFolder *folder, REFIID wanted, void **ret)
{
    return give(folder, wanted, &IID_ITaskFolder, ret);
}

static ITaskFolderVtbl folder_calls = {.QueryInterface = folder_query,
                                       .AddRef = folder_add,
                                       .Release = folder_release,
                                       .GetTask = find_task};
static ITaskFolder root = {&folder_calls};

static HRESULT WINAPI
connect_service(ITaskService *service, VARIANT server, VARIANT user, VARIANT domain,
                VARIANT password)
{
    (void)service;
    require(server.vt == VT_EMPTY && user.vt == VT_EMPTY && domain.vt == VT_EMPTY &&
            password.vt == VT_EMPTY);
    is_connected = !is_wrong("away");
    is_silent = false;
    return is_connected ? S_OK : HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE);
}

static HRESULT WINAPI
find_folder(ITaskService *service, BSTR path, ITaskFolder **ret)
{
    require(is_connected && wcscmp(path, L"\\") == 0);
    (void)service;
    folder_add(&root);
    *ret = &root;
    return S_OK;
}

static HRESULT WINAPI
service_query(ITaskService *service, REFIID wanted, void **ret)
{
    return give(service, wanted, &IID_ITaskService, ret);
}

static ULONG WINAPI
service_add(ITaskService *service)
{
    (void)service;
    return (ULONG)++held;
}

static ULONG WINAPI
service_release(ITaskService *service)
{
    (void)service;
    return (ULONG)--held;
}

static ITaskServiceVtbl service_calls = {.QueryInterface = service_query,
                                         .AddRef = service_add,
                                         .Release = service_release,
                                         .GetFolder = find_folder,
                                         .Connect = connect_service};
static ITaskService the_service = {&service_calls};

static HRESULT WINAPI
class_query(IClassFactory *class, REFIID wanted, void **ret)
{
    return give(class, wanted, &IID_IClassFactory, ret);
}

static ULONG WINAPI
class_add(IClassFactory *class)
{
    (void)class;
    return (ULONG)++held;
}

static ULONG WINAPI
class_release(IClassFactory *class)
{
    (void)class;
    return (ULONG)--held;
}

static HRESULT WINAPI
class_make(IClassFactory *class, IUnknown *outer, REFIID wanted, void **ret)
{
    (void)class;
    return outer ? CLASS_E_NOAGGREGATION : service_query(&the_service, wanted, ret);
}

static HRESULT WINAPI
class_lock(IClassFactory *class, BOOL is_locked)
{
    (void)class;
    (void)is_locked;
    return S_OK;
}

static IClassFactoryVtbl class_calls = {class_query, class_add, class_release, class_make,
                                        class_lock};
static IClassFactory the_class = {&class_calls};

HRESULT WINAPI
DllGetClassObject(REFCLSID class, REFIID wanted, void **ret)
{
    return IsEqualCLSID(class, &CLSID_TaskScheduler) ? class_query(&the_class, wanted, ret)
                                                     : CLASS_E_CLASSNOTAVAILABLE;
}

HRESULT WINAPI
DllCanUnloadNow(void)
{
    return held ? S_FALSE : S_OK;
}
